// Reads with a FileInputStream, and lets it transfer itself to standard output.
// exercise: low_read
import java.io.FileInputStream;
import java.io.IOException;

class FilePrinter {
    public static void main(String[] args) {
        try (FileInputStream file = new FileInputStream("data.txt")) {
            file.transferTo(System.out);
        } catch (IOException problem) {
            System.err.println(problem);
            System.exit(1);
        }
        System.out.flush();
        if (System.out.checkError()) {
            System.exit(1);
        }
    }
}
